"""What everyone sees: readings of publications whose instant has come, as frozen values. No draft is ever asked for."""
