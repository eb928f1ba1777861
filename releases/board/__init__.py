"""The branch board and its smaller kin: queries in, frozen values out."""
