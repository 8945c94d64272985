"""The mapping editor: a captured request beside the rules, and at once what they make of it."""
