"""The benchmark of the site: `make bench`. What is measured and how stands in docs/performance.md."""
