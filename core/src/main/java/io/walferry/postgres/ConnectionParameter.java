package io.walferry.postgres;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The parameters of libpq that are understood beside hosts, ports, database, user and password. */
public enum ConnectionParameter {
  SSLMODE("sslmode", "PGSSLMODE", "disable allow prefer require verify-ca verify-full"),
  SSLROOTCERT("sslrootcert", "PGSSLROOTCERT", ""),
  SSLCERT("sslcert", "PGSSLCERT", ""),
  SSLKEY("sslkey", "PGSSLKEY", ""),
  CONNECT_TIMEOUT("connect_timeout", "PGCONNECT_TIMEOUT", ""),
  APPLICATION_NAME("application_name", "PGAPPNAME", ""),
  OPTIONS("options", "PGOPTIONS", ""),
  PASSFILE("passfile", "PGPASSFILE", ""),
  TARGET_SESSION_ATTRS(
      "target_session_attrs",
      "PGTARGETSESSIONATTRS",
      "any read-write read-only primary standby prefer-standby"),
  KEEPALIVES("keepalives", "", "0 1"),
  KEEPALIVES_IDLE("keepalives_idle", "", ""),
  KEEPALIVES_INTERVAL("keepalives_interval", "", ""),
  KEEPALIVES_COUNT("keepalives_count", "", ""),
  TCP_USER_TIMEOUT("tcp_user_timeout", "", ""),
  CHANNEL_BINDING("channel_binding", "PGCHANNELBINDING", "disable prefer require"),
  REQUIRE_AUTH("require_auth", "PGREQUIREAUTH", ""),
  GSSENCMODE("gssencmode", "PGGSSENCMODE", "disable prefer require"),
  GSSLIB("gsslib", "PGGSSLIB", "gssapi sspi"),
  KRBSRVNAME("krbsrvname", "PGKRBSRVNAME", "");

  private final String keyword;
  private final String variable;
  private final String choices;

  ConnectionParameter(String keyword, String variable, String choices) {
    this.keyword = keyword;
    this.variable = variable;
    this.choices = choices;
  }

  /** The name in a connection string. */
  public String keyword() {
    return keyword;
  }

  /** The environment variable that stands in for it; empty if libpq has none. */
  String variable() {
    return variable;
  }

  /** The values that are allowed; empty if any is. */
  List<String> choices() {
    return choices.isEmpty() ? List.of() : List.of(choices.split(" ", -1));
  }

  static Optional<ConnectionParameter> named(String keyword) {
    return Arrays.stream(values()).filter(known -> known.keyword.equals(keyword)).findFirst();
  }
}
