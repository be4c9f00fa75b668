"""The forms of bidding: the sections of a bid, its files, the formal check, the credit lists."""
