/** PostgreSQL, MySQL and MariaDB servers and databases as parameters of JUnit tests. */
@NullMarked
package io.walferry.testkit.junit;

import org.jspecify.annotations.NullMarked;
