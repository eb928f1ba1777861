"""Tests of OpenPGP, against real gpg where there is one."""
