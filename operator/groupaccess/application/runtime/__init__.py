"""The operator as a process among others: start, election, policies, audits."""
