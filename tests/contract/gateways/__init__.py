"""What every gateway must do, against servers of ours made from the published shapes."""
