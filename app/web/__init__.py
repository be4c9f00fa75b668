"""What all pages share: who is asking and when, access, units of work, forms, actions, errors, files."""
