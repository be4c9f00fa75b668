"""A small Flask app that shows every component and field with Chinese text of real length."""
