"""Writes of the master data: the region master and the versioned datasets."""

from .datasets import DatasetReport, masterdata_activate, masterdata_load
from .sls_loading import LoadRunning, RemovalUnguarded, master_sls_hold, master_sls_load
from .use_checks import register_region_code_column

__all__ = [
    "DatasetReport",
    "LoadRunning",
    "RemovalUnguarded",
    "master_sls_hold",
    "master_sls_load",
    "masterdata_activate",
    "masterdata_load",
    "register_region_code_column",
]
