package io.walferry.testkit.junit;

import io.walferry.testkit.mysql.MysqlFlavor;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Lets tests have parameters of types {@code MysqlDatabase} (new and empty, dropped after the
 * test), {@code MysqlServer} (shared by the whole run: do not stop it) and {@code MysqlServers}. On
 * a method it overrides the class. Tests are skipped where a server of that flavor cannot run.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(MysqlExtension.class)
public @interface Mysql {
  MysqlFlavor value() default MysqlFlavor.MYSQL;
}
