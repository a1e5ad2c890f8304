package io.walferry.preflight;

import io.walferry.change.TableId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What the role of the session may do.
 *
 * @param replication by its own attribute, as superuser, or as a member of a cloud's role
 * @param createsInDatabase may create publications in the database, of tables that it owns
 * @param cloudRole whether the server grants replication by membership of {@code rds_replication}
 */
record RoleFacts(
    String role,
    String database,
    boolean superuser,
    boolean replication,
    boolean createsInDatabase,
    boolean cloudRole) {
  private static final String QUERY =
      """
      select current_user, current_database(), r.rolsuper,
        r.rolsuper or r.rolreplication or exists (
          select from pg_roles g where g.rolname = 'rds_replication'
            and pg_has_role(current_user, g.oid, 'member')),
        has_database_privilege(current_database(), 'create'),
        exists (select from pg_roles g where g.rolname = 'rds_replication')
      from pg_roles r where r.rolname = current_user
      """;

  static RoleFacts read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(QUERY)) {
      row.next();
      return new RoleFacts(
          row.getString(1),
          row.getString(2),
          row.getBoolean(3),
          row.getBoolean(4),
          row.getBoolean(5),
          row.getBoolean(6));
    }
  }

  Finding replicationFinding() {
    String subject = "role " + role;
    String expected = "the right to replicate";
    if (replication) {
      return Finding.ok(subject, expected, superuser ? "superuser" : "granted");
    }
    String quoted = TableId.quote(role);
    return Finding.problem(
            subject,
            expected,
            "not granted",
            "Without it no replication connection is let in; pg_hba.conf has to let the role in"
                + " too.")
        .mendedBy(
            cloudRole
                ? "GRANT rds_replication TO " + quoted + ";"
                : "ALTER ROLE " + quoted + " REPLICATION;");
  }

  /** The statement that lets the role create publications. */
  String createStatement() {
    return "GRANT CREATE ON DATABASE "
        + TableId.quote(database)
        + " TO "
        + TableId.quote(role)
        + ";";
  }
}
