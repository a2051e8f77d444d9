// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import java.io.File;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/**
 * Says so when a file in File Install's directory is meant as a configuration and cannot be one. File Install does not know JSON, and
 * with the {@code ~} of Config Admin's own names it would make a configuration that belongs to no factory.
 */
@Component(property = Constants.SERVICE_RANKING + ":Integer=1")
public final class MisnamedFiles implements ArtifactInstaller {
    private static final String JSON = ".json";

    private final Logger logger;

    @Activate
    public MisnamedFiles(@Reference(service = LoggerFactory.class) Logger logger) {
        this.logger = logger;
    }

    @Override
    public boolean canHandle(File file) {
        String name = file.getName();
        return name.endsWith(JSON) || (name.endsWith(".cfg") || name.endsWith(".config")) && name.indexOf('~') > 0;
    }

    @Override
    public void install(File file) {
        if (file.getName().endsWith(JSON)) {
            logger.warn(
                    "{} has no effect: load it with target:load {}, or name it with -c when the target is started;"
                            + " here a configuration is a file PID.cfg or FACTORYPID-NAME.cfg",
                    file,
                    file);
        } else {
            logger.warn(
                    "{} has no effect: after the factory's PID comes '-' and not '~', so call it {}",
                    file,
                    file.getName().replace('~', '-'));
        }
    }

    @Override
    public void update(File file) {
        install(file);
    }

    @Override
    public void uninstall(File file) {
        // It never had an effect.
    }
}
