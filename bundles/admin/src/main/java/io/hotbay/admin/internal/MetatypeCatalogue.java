// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.target.Controller;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;

/** Reads what can be configured from the metatype of all bundles that are started. */
final class MetatypeCatalogue implements Catalogue {
    private final BundleContext context;
    private final MetaTypeService metatype;
    private final ComponentStates components;
    private final RunningServices services;

    MetatypeCatalogue(
            BundleContext context, MetaTypeService metatype, ComponentStates components, RunningServices services) {
        this.context = context;
        this.metatype = metatype;
        this.components = components;
        this.services = services;
    }

    @Override
    public SortedSet<String> bdevTypes() {
        return started()
                .flatMap(information -> Arrays.stream(information.getFactoryPids()))
                .filter(pid -> pid.startsWith(BlockDevice.FACTORY_PID_PREFIX))
                .map(pid -> pid.substring(BlockDevice.FACTORY_PID_PREFIX.length()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public Optional<OptionSet> bdevOptions(String type) {
        return options(BlockDevice.FACTORY_PID_PREFIX + type, type + " bdevs", QosOptions.all());
    }

    @Override
    public SortedSet<String> controllerTypes() {
        return services.deviceTypes();
    }

    @Override
    public Optional<OptionSet> controllerOptions() {
        return options(Controller.FACTORY_PID, "controllers");
    }

    @Override
    public Optional<OptionSet> sectionOptions(String section) {
        return options(TargetDocument.SECTION_PIDS.get(section), section);
    }

    /** Metatype of the bundles that are started, newest bundle first: it is the one that counts in a swap. */
    private Stream<MetaTypeInformation> started() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> (bundle.getState() & (Bundle.STARTING | Bundle.ACTIVE)) != 0)
                .sorted(Comparator.comparing(Bundle::getBundleId).reversed())
                .flatMap(bundle -> Optional.ofNullable(metatype.getMetaTypeInformation(bundle)).stream());
    }

    private Optional<OptionSet> options(String pid, String owners) {
        return options(pid, owners, List.of());
    }

    private Optional<OptionSet> options(String pid, String owners, List<Option> more) {
        return started()
                .filter(information -> Stream.of(information.getPids(), information.getFactoryPids())
                        .flatMap(Arrays::stream)
                        .anyMatch(pid::equals))
                .findFirst()
                .map(information -> new OptionSet(
                        owners,
                        Stream.concat(options(information, pid).stream(), more.stream())
                                .toList()));
    }

    private List<Option> options(MetaTypeInformation information, String pid) {
        ObjectClassDefinition definition = information.getObjectClassDefinition(pid, null);
        Set<String> required = attributes(definition, ObjectClassDefinition.REQUIRED)
                .map(AttributeDefinition::getID)
                .collect(Collectors.toSet());
        // The Metatype service loses an empty text as default value; Declarative Services keeps it.
        Map<String, Object> defaults = components.defaults(pid);
        return attributes(definition, ObjectClassDefinition.ALL)
                .filter(attribute -> isOption(attribute.getID()))
                .map(attribute -> option(
                        attribute,
                        required.contains(attribute.getID()) && !defaults.containsKey(attribute.getID()),
                        new MetatypeBounds(information.getBundle(), pid, attribute)))
                .toList();
    }

    /** A key with a dot is not for people: names of things, targets of references. */
    static boolean isOption(String key) {
        return key.indexOf('.') < 0;
    }

    private static Stream<AttributeDefinition> attributes(ObjectClassDefinition definition, int filter) {
        AttributeDefinition[] attributes = definition.getAttributeDefinitions(filter);
        return attributes == null ? Stream.empty() : Arrays.stream(attributes);
    }

    private static Option option(AttributeDefinition attribute, boolean required, MetatypeBounds bounds) {
        String[] given = attribute.getDefaultValue();
        List<String> defaults = given == null ? List.of() : Arrays.asList(given);
        boolean hasDefault = !defaults.isEmpty() && !defaults.contains(null);
        String[] choices = attribute.getOptionValues();
        String description = attribute.getDescription();
        return new Option(
                attribute.getID(),
                ValueType.of(attribute.getType()),
                attribute.getCardinality(),
                hasDefault ? String.join(",", defaults) : "",
                required && !hasDefault,
                choices == null ? Collections.emptyList() : Arrays.asList(choices),
                description == null ? "" : description,
                bounds);
    }
}
