"""The API's door and what it says of advisories; `releases/api` has series and verdicts, `config/api.py` plugs in."""
