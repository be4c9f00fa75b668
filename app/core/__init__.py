"""What every floor uses and what knows nothing of the procedure: database, clock, files, money, texts."""
