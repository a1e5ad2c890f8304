package io.walferry.sinks.sqlserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a server's errors; their texts are those that SQL Server has for them. */
final class SqlServerErrorsTest {
  private static final SqlServerErrors ERRORS = new SqlServerErrors("sa@localhost:1433/shop");

  private static WalferryException translated(int error, String message) {
    return ERRORS.translate("insert", new SQLException(message, "S0001", error));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1205|DESTINATION_BUSY|Transaction (Process ID 51) was deadlocked|a deadlock",
        "1222|DESTINATION_BUSY|Lock request time out period exceeded.|"
            + "a lock was not to be had in time",
        "2627|DESTINATION_CONFLICT|Violation of PRIMARY KEY constraint 'PK__item'. Cannot insert"
            + " duplicate key in object 'dbo.item'. The duplicate key value is (secret).|"
            + "constraint PK__item",
        "2601|DESTINATION_CONFLICT|Cannot insert duplicate key row in object 'dbo.item' with unique"
            + " index 'own'. The duplicate key value is (secret).|index own",
        "2628|DESTINATION_ROW_REFUSED|String or binary data would be truncated in table"
            + " 'shop.dbo.item', column 'v'. Truncated value: 'secret'.|column v",
        "8152|DESTINATION_ROW_REFUSED|String or binary data would be truncated.|longer",
        "8114|DESTINATION_ROW_REFUSED|Error converting data type nvarchar to int.|does not take",
        "245|DESTINATION_ROW_REFUSED|Conversion failed when converting the nvarchar value 'secret'"
            + " to data type int.|does not take",
        "8115|DESTINATION_ROW_REFUSED|Arithmetic overflow error converting expression|range",
        "220|DESTINATION_ROW_REFUSED|Arithmetic overflow error, value = secret.|range",
        "515|DESTINATION_ROW_REFUSED|Cannot insert the value NULL into column 'n', table"
            + " 'shop.dbo.item'; column does not allow nulls.|column n",
        "547|DESTINATION_ROW_REFUSED|The INSERT statement conflicted with the CHECK constraint"
            + " \"CK_n\". The conflict occurred in database \"shop\", column 'n'.|constraint CK_n",
        "50000|DESTINATION_ROW_REFUSED|secret|error 50000",
        "229|DESTINATION_UNWRITABLE|The INSERT permission was denied|permission",
        "9002|DESTINATION_FULL|The transaction log for database 'shop' is full|log is full",
        "1105|DESTINATION_FULL|Could not allocate space for object|filegroup is full",
        "40613|DESTINATION_UNREACHABLE|Database is not currently available.|error 40613",
        "5074|DESTINATION_SHAPE|The object 'CK_n' is dependent on column 'n'.|object CK_n",
        "15336|DESTINATION_SHAPE|Object '[dbo].[item].[n]' cannot be renamed because the object"
            + " participates in enforced dependencies.|a CHECK constraint",
        "3726|DESTINATION_SHAPE|Could not drop object 'dbo.item' because it is referenced by a"
            + " FOREIGN KEY constraint.|a foreign key of another table",
        "208|DESTINATION_SHAPE|Invalid object name|error 208"
      })
  void eachHasAMeaningAndShowsNoValue(int error, ErrorCode code, String message, String said) {
    WalferryException failure = translated(error, message);
    assertEquals(code, failure.code());
    StringWriter all = new StringWriter();
    failure.printStackTrace(new PrintWriter(all));
    assertTrue(all.toString().contains(said), all.toString());
    assertFalse(all.toString().contains("secret"), all.toString());
  }

  @Test
  void aConnectionThatIsGoneComesBack() {
    SQLException reset = new SQLException("Connection reset", "08S01", 0);
    assertEquals(ErrorCode.DESTINATION_UNREACHABLE, ERRORS.translate("commit", reset).code());
    assertEquals(ErrorCode.DESTINATION_UNREACHABLE, ERRORS.connecting(reset, false).code());
  }

  @Test
  void aLoginThatOnceWorkedMayWorkAgain() {
    SQLException login = new SQLException("Login failed for user 'sa'.", "S0001", 18456);
    assertEquals(ErrorCode.AUTHENTICATION_FAILED, ERRORS.connecting(login, false).code());
    assertEquals(ErrorCode.ACCESS_WITHDRAWN, ERRORS.connecting(login, true).code());
    SQLException database = new SQLException("Cannot open database", "S0001", 4060);
    assertEquals(ErrorCode.DATABASE_MISSING, ERRORS.connecting(database, false).code());
    SQLException tls =
        new SQLException("no secure connection", "08S01", 0, new SSLHandshakeException("PKIX"));
    assertEquals(ErrorCode.TLS_FAILED, ERRORS.connecting(tls, false).code());
  }
}
