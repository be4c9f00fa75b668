"""Tables as spreadsheets and back: columns declared once, read from and written to xlsx and csv.

Every sheet of the site looks alike: Chinese headings in row 1, hidden column ids in row 2, amounts in 万元 with two
decimals, days as YYYY-MM-DD, codes as text, drop-downs for code lists, a sheet that says how to fill it in."""
