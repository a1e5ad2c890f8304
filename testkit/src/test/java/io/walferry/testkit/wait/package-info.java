@NullMarked
package io.walferry.testkit.wait;

import org.jspecify.annotations.NullMarked;
