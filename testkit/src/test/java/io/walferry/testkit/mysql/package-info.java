@NullMarked
package io.walferry.testkit.mysql;

import org.jspecify.annotations.NullMarked;
