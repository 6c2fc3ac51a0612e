"""An API server in memory and in virtual time: storage, requests, watches, and what fails."""
