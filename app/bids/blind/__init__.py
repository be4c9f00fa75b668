"""The blind copy (盲审版): its text and properties are read once when it is uploaded, and searched for names."""
