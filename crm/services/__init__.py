"""Services that write crm."""
