"""What things cost here and now: each figure beside its baseline in the same run."""
