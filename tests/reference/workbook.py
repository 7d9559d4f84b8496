#!/usr/bin/env python3
"""Workbooks as finance sends them, written by two libraries of other people (openpyxl 3, XlsxWriter 3),
for tests/store/test_xlsx.c. What each holds is said there in figures.

    python3 -m venv v && v/bin/pip install openpyxl XlsxWriter && v/bin/python tests/reference/workbook.py tests/reference
"""
import datetime as dt
import sys

import openpyxl
import xlsxwriter

out = sys.argv[1]
stamp = dt.datetime(2026, 11, 22)


def costs():
    """XlsxWriter: title, head of two rows with merged cells, days, formulas with kept values, a total, a
    note beside, a hidden sheet, texts with markup and umlauts."""
    book = xlsxwriter.Workbook(f"{out}/costs.xlsx", {"default_date_format": "dd.mm.yyyy"})
    book.set_properties({"created": stamp})
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": '#,##0.00 "€"'})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    sheet = book.add_worksheet("Kosten Q4")
    sheet.merge_range("A1:G1", "Kosten des Marketings, Q4 2026", bold)
    sheet.write("A2", "Stand")
    sheet.write_datetime("B2", dt.datetime(2026, 11, 20), day)
    sheet.merge_range("A4:A5", "Kostenstelle", bold)
    sheet.merge_range("B4:B5", "Rechnung vom", bold)
    sheet.merge_range("C4:D4", "Agentur", bold)
    sheet.merge_range("E4:F4", "Werkzeuge", bold)
    sheet.merge_range("G4:G5", "gebucht um", bold)
    for i, word in enumerate(["Plan", "Ist", "Plan", "Ist"]):
        sheet.write(4, 2 + i, word, bold)
    rows = [("Müller & Söhne <GmbH>", dt.datetime(2026, 10, 1), 1250, 1234.56, 19.99, 0.1 + 0.2),
            ("Intern", dt.datetime(2026, 10, 31), 0, -45.5, 1e6, 2.5),
            ("=A7", dt.datetime(2026, 12, 31), 3, 4, 5, 6)]
    for i, (who, when, *figures) in enumerate(rows):
        at = 5 + i
        if who.startswith("="):
            sheet.write_formula(at, 0, who, None, "Intern")
        else:
            sheet.write(at, 0, who)
        sheet.write_datetime(at, 1, when, day)
        for k, figure in enumerate(figures):
            sheet.write_number(at, 2 + k, figure, money)
        sheet.write_datetime(at, 6, when.replace(hour=14, minute=30 + i), moment)
    sheet.write(9, 0, "Summe", bold)
    for k in range(4):
        column = "CDEF"[k]
        sheet.write_formula(9, 2 + k, f"=SUM({column}6:{column}8)", money, sum(r[2 + k] for r in rows))
    sheet.write("I3", "geprüft: Anna")
    notes = book.add_worksheet("alt")
    notes.hide()
    for i in range(5):
        notes.write(i, 0, i)
    book.close()


def calendar():
    """openpyxl: the calendar of 1904; formulas without kept values; inline edge cases."""
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.MAC_EPOCH
    book.properties.created = book.properties.modified = stamp
    sheet = book.active
    sheet.title = "Ziele"
    sheet.append(["Monat", "Ziel", "erreicht", "frei"])
    sheet.append([dt.date(2026, 1, 1), 1000.25, True, None])
    sheet.append([dt.datetime(2026, 2, 1, 6, 0, 30), "1.000,25", False, "#N/A"])
    sheet.append([dt.date(2026, 3, 1), "=B2*2", True, "x"])
    book.save(f"{out}/targets.xlsx")


def two():
    """openpyxl: two tables below one another, and two beside one another."""
    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = stamp
    below = book.active
    below.title = "below"
    for row in [["Kanal", "Kosten"], ["Suche", 1], ["TV", 2], [], ["weitere"], ["Monat", "Umsatz", "Marge"],
                ["Jan", 5, 6], ["Feb", 7, 8]]:
        below.append(row)
    beside = book.create_sheet("beside")
    for row in [["Kanal", "Kosten", None, "Monat", "Umsatz"], ["Suche", 1, None, "Jan", 5],
                ["TV", 2, None, "Feb", 7]]:
        beside.append(row)
    book.save(f"{out}/two.xlsx")


costs()
calendar()
two()
