package io.walferry.testkit.mysql;

import java.util.LinkedHashMap;
import java.util.Map;

/** Describes a server to start; each method returns this builder. Used by one thread. */
public final class MysqlServerBuilder {
  private final MysqlFlavor flavor;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private String password = "walferry";

  MysqlServerBuilder(MysqlFlavor flavor) {
    this.flavor = flavor;
  }

  /**
   * An option of the server, such as {@code local-infile} and {@code OFF}; wins over this library's
   * own choice. Without one there is no binary log ({@code log-bin}), {@code LOAD DATA LOCAL} is
   * allowed, and each commit is flushed ({@code innodb-flush-log-at-trx-commit}).
   */
  public MysqlServerBuilder setting(String name, String value) {
    settings.put(name, value);
    return this;
  }

  /** The password of {@link MysqlServer#USER}. */
  public MysqlServerBuilder password(String newPassword) {
    password = newPassword;
    return this;
  }

  /** Returns when the server accepts connections; throws where there is an obstacle. */
  public MysqlServer start() {
    return MysqlServer.create(flavor, settings, password);
  }
}
