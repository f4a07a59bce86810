"""What ``detect_anomaly`` tells: where a number that is not finite came from, and what helps."""
