"""What good data is: suites of rules, each with its reason."""
