@NullMarked
package io.walferry.testkit.process;

import org.jspecify.annotations.NullMarked;
