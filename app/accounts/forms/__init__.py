"""The forms of accounts: people, organisations, members."""
