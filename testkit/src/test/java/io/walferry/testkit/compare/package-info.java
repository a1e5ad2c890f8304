@NullMarked
package io.walferry.testkit.compare;

import org.jspecify.annotations.NullMarked;
