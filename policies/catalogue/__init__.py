"""What AWS's instance types offer, as facts that the rules compare with the guide's minimums."""
