"""The product's settings, with the baselines beside its own URLs."""

from telephony_connector.settings import *  # noqa: F403
from telephony_connector.settings import INSTALLED_APPS as PRODUCT_APPS

INSTALLED_APPS = [*PRODUCT_APPS, "bench.baseline"]
ROOT_URLCONF = "bench.urls"
