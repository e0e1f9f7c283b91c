"""What the product's speed is measured by: `python -m tests.bench`, described in docs/benchmarks.md."""
