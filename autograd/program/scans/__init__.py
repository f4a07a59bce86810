"""Programs with scans: what runs a step many times; start at :mod:`.scan_executor`."""
