"""Import of assignments from CSV and XLSX."""
