"""Invented region masters of any size, nested and sorted like the office's files."""

from pathlib import Path

import polars as pl

NATIONAL_ROWS = 1_300_000
PROVINCES, KABKOT, KECAMATAN, DESA = 38, 514, 7_285, 83_762  # as many as Indonesia has
_HEADER = (
    "ID Desa,ID Kecamatan,ID KABUPATEN,ID PROVINSI,ID SLS,Provinsi,Kab/Kot,Kecamatan,Desa,"
    "Nama SLS,Jenis SLS,Jumlah Keluarga\n"
)


def sls_rows(rows: int = NATIONAL_ROWS) -> pl.DataFrame:
    """Return `rows` rows under their headers, text only.

    Areas are spread evenly; 2 % of the names hold a comma (so they are quoted in CSV), 2 % of the
    SLS have a sub-SLS 01, 10 % are NONSLS without a number of households.
    """
    i = pl.int_range(pl.len(), dtype=pl.Int64)
    # Number of each area in the whole country, and its place inside the one above it.
    area = {"p": PROVINCES, "b": KABKOT, "c": KECAMATAN, "d": DESA}
    frame = pl.select(i=pl.int_range(rows, dtype=pl.Int64)).with_columns(
        **{name: pl.col("i") * total // rows for name, total in area.items()}
    )
    frame = frame.with_columns(
        prov=_padded(pl.col("p") + 11, 2),
        kabkot=_padded(_place("b", "p") + 1, 2),
        kec=_padded((_place("c", "b") + 1) * 10, 3),
        desa=_padded(_place("d", "c") + 1, 3),
        sub=pl.when(pl.col("i") % 50 == 7).then(pl.lit("01")).otherwise(pl.lit("00")),
        place=i.over("d") + 1,
    ).with_columns(sls=_padded(pl.col("place"), 4))
    nonsls = pl.col("i") % 10 == 3
    name = pl.format("RT {} RW {} DUSUN MEKAR", _padded(pl.col("place"), 3), pl.col("place") % 9)
    return frame.select(
        pl.format("{}{}{}{}", "prov", "kabkot", "kec", "desa").alias("ID Desa"),
        pl.format("{}{}{}", "prov", "kabkot", "kec").alias("ID Kecamatan"),
        pl.format("{}{}", "prov", "kabkot").alias("ID KABUPATEN"),
        pl.col("prov").alias("ID PROVINSI"),
        pl.format("{}{}{}{}{}{}", "prov", "kabkot", "kec", "desa", "sls", "sub").alias("ID SLS"),
        pl.format("PROVINSI {}", "p").alias("Provinsi"),
        pl.format("KABUPATEN NOMOR {}", "b").alias("Kab/Kot"),
        pl.format("KECAMATAN {}", "c").alias("Kecamatan"),
        pl.format("DESA SUKAMAJU {}", "d").alias("Desa"),
        pl.when(pl.col("i") % 50 == 0)
        .then(pl.lit("SAWAH, LADANG"))
        .otherwise(name)
        .alias("Nama SLS"),
        pl.when(nonsls).then(pl.lit("NONSLS")).otherwise(pl.lit("SLS")).alias("Jenis SLS"),
        pl.when(nonsls)
        .then(pl.lit(""))
        .otherwise((pl.col("i") % 97 + 20).cast(pl.String))
        .alias("Jumlah Keluarga"),
    )


def write_sls_csv(path: Path, rows: pl.DataFrame) -> None:
    """Write the rows as an office would: UTF-8 with a byte order mark, header, quoted commas."""
    rows.write_csv(path, include_bom=True)


def _padded(number: pl.Expr, digits: int) -> pl.Expr:
    return number.cast(pl.String).str.zfill(digits)


def _place(area: str, above: str) -> pl.Expr:
    return pl.col(area) - pl.col(area).first().over(above)
