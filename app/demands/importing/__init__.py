"""Demands coming in as spreadsheets: the summary sheet (需求汇总表) and the form of a single demand (需求表)."""
