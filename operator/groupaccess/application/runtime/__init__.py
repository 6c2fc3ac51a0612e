"""The operator as a process: start, leader election, policies, audits."""
