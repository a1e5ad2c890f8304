package io.walferry.testkit.type;

import java.util.List;

/** Dates, times, intervals. */
final class TimeCases {
  static final List<TypeCase> ALL =
      new CaseTable()
          .same("date", "1970-01-01", "2000-01-01", "2024-02-29", "9999-12-31", "10000-01-01")
          .same("date", "0001-01-01", "0001-12-31 BC", "0044-03-15 BC", "4714-11-24 BC")
          .same("date", "5874897-12-31", "infinity", "-infinity")
          .same("time", "00:00:00", "12:34:56.789012", "23:59:59.999999", "24:00:00", "01:02:03.5")
          .same("timetz", "00:00:00+00", "12:00:00.5+05:30", "23:59:59.999999-12", "24:00:00+00")
          .same("timetz", "00:00:00+15:59:59", "00:00:00-15:59:59", "01:00:00-00:30")
          .same("timestamp", "1970-01-01 00:00:00", "2024-03-31 02:30:00.000001")
          .same("timestamp", "1999-12-31 23:59:59.999999", "2000-01-01 00:00:00")
          .same("timestamp", "4714-11-24 00:00:00 BC", "0044-03-15 12:00:00.5 BC")
          .same("timestamp", "0001-01-01 00:00:00", "0001-12-31 23:59:59.999999 BC")
          .same("timestamp", "294276-12-31 23:59:59.999999", "infinity", "-infinity")
          .same("timestamptz", "1970-01-01 00:00:00+00", "2024-03-31 02:30:00.000001+00")
          .printed("timestamptz", "2024-03-31 02:30:00+05:30", "2024-03-30 21:00:00+00")
          .same("timestamptz", "4714-11-24 00:00:00+00 BC", "0001-12-31 23:59:59.999999+00 BC")
          .same("timestamptz", "0001-01-01 00:00:00+00")
          .same("timestamptz", "294276-12-31 23:59:59.999999+00", "infinity", "-infinity")
          .same("interval", "00:00:00", "1 day", "-1 days", "2 days", "1 mon", "1 year", "2 years")
          .same("interval", "-1 years", "00:00:00.000001", "-00:00:00.000001", "100:00:00")
          .same("interval", "1 year 2 mons 3 days 04:05:06.789", "-1 mons +1 day", "1 mon -1 days")
          .same("interval", "-1 years -2 mons +3 days -04:05:06.7", "-1 days +00:00:01")
          .same("interval", "-178956970 years -8 mons", "178956970 years 7 mons")
          .same("interval", "-2147483648 days", "2147483647 days")
          .since(15, "interval", "2562047788:00:54.775807", "2562047788:00:54.775807")
          .since(15, "interval", "-2562047788:00:54.775807", "-2562047788:00:54.775807")
          .since(17, "interval", "infinity", "infinity")
          .since(17, "interval", "-infinity", "-infinity")
          .toList();

  private TimeCases() {}
}
