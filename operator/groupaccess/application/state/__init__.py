"""What is known of the cluster and of the directories, and what is remembered."""
