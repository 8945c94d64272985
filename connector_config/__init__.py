"""What an administrator configures: connectors, templates, mappings, presets."""
