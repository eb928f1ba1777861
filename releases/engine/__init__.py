"""The patch engine: bytes in, frozen values out. Knows neither Django nor Celery."""
