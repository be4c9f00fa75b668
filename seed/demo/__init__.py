"""The demonstration: invented people and units act out real-looking procedures through the services of the site."""
