//! The manifests for Kubernetes: what their authors must agree on, and what kustomize makes of them.

use crate::{
    application, copy_of, read, said_by,
    yaml::{self, all, everywhere, list, text, texts},
};
use serde_json::Value;
use std::{collections::BTreeSet, fs, process::Command};

const FOLDER: &str = "deploy/kubernetes";
const GUIDE: &str = "docs/guides/deploy-kubernetes.md";
const VARIANTS: [&str; 2] = ["spinkube", "host"];

/// What a variant consists of, as written.
fn resources(variant: &str) -> Vec<Value> {
    let mut found = vec![];
    for folder in ["base", variant, "monitoring"] {
        for file in texts(&yaml::one(&format!("{FOLDER}/{folder}/kustomization.yaml"))["resources"]) {
            if !file.starts_with("..") {
                found.extend(all(&read(&format!("{FOLDER}/{folder}/{file}"))));
            }
        }
    }
    found
}

fn of_kind<'a>(resources: &'a [Value], kind: &str) -> Vec<&'a Value> {
    let found: Vec<_> = resources.iter().filter(|resource| resource["kind"] == kind).collect();
    assert!(!found.is_empty(), "no {kind}");
    found
}

/// The names that a `.env` file for a generator sets.
fn names(content: &str) -> BTreeSet<String> {
    let lines = content.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).map(|(name, _)| name.to_owned()).collect()
}

/// What the guide's command writes into `secrets.env`.
fn secrets() -> BTreeSet<String> {
    let guide = read(GUIDE);
    let command = guide.split("```").find(|block| block.contains("> base/secrets.env"));
    let command = command.expect("how secrets.env is made");
    let words = command.split(|c: char| !c.is_ascii_lowercase() && c != '_');
    words.filter(|word| word.contains('_')).map(str::to_owned).collect()
}

/// The container's arguments and the application's variables of a variant's hosts.
fn host(variant: &str) -> (Vec<String>, BTreeSet<String>) {
    let resources = resources(variant);
    if variant == "spinkube" {
        let app = of_kind(&resources, "SpinApp")[0];
        let variables =
            list(&app["spec"]["variables"]).iter().map(|variable| text(&variable["name"]).to_owned());
        return (vec![], variables.collect());
    }
    let container = &of_kind(&resources, "Deployment")[0]["spec"]["template"]["spec"]["containers"][0];
    let names = list(&container["env"]).iter().map(|variable| text(&variable["name"]));
    (texts(&container["args"]), application::set_by(names))
}

#[test]
fn both_variants_set_the_same_variables_of_the_application() {
    for variant in VARIANTS {
        let (_, variables) = host(variant);
        let known = application::variables();
        let unknown: Vec<_> = variables.iter().filter(|name| !known.contains_key(*name)).collect();
        assert!(unknown.is_empty(), "{variant}: spin.toml has no {unknown:?}");
        application::suffices(&variables);
        assert_eq!(variables, host("host").1, "{variant}");
    }
}

#[test]
fn what_is_referred_to_is_generated() {
    let settings = names(&read(&format!("{FOLDER}/base/settings.env")));
    for variant in VARIANTS {
        let resources = resources(variant);
        for resource in &resources {
            for reference in everywhere(resource, "configMapKeyRef") {
                assert_eq!(reference["name"], "centralita-settings");
                assert!(settings.contains(text(&reference["key"])), "{reference}");
            }
            let credentials = everywhere(resource, "credentials");
            for reference in everywhere(resource, "secretKeyRef").into_iter().chain(credentials) {
                assert_eq!(reference["name"], "centralita-secrets");
                assert!(secrets().contains(text(&reference["key"])), "the guide does not make {reference}");
            }
        }
    }
    let base = yaml::one(&format!("{FOLDER}/base/kustomization.yaml"));
    let generators =
        ["configMapGenerator", "secretGenerator"].map(|kind| list(&base[kind]).to_vec()).concat();
    let generated: Vec<_> = generators.iter().map(|generator| text(&generator["name"])).collect();
    assert_eq!(generated, ["centralita-settings", "centralita-secrets", "centralita-runtime-config"]);
    // What is secret is made by its user, and git never sees it.
    for file in ["secrets.env", "runtime-config.toml"] {
        let line = format!("/{FOLDER}/base/{file}");
        assert!(read(".gitignore").lines().any(|ignored| ignored == line), "{file} could be committed");
    }
}

#[test]
fn probes_ports_and_times_agree() {
    for variant in VARIANTS {
        let resources = resources(variant);
        let probes: Vec<_> = resources.iter().flat_map(|resource| everywhere(resource, "httpGet")).collect();
        assert!(2 <= probes.len());
        for probe in probes {
            assert_eq!(probe["path"], application::HEALTH, "{variant}");
        }
        // The container's port has the operator's name for it, so that policies and figures fit both.
        for policy in of_kind(&resources, "NetworkPolicy") {
            for port in list(&policy["spec"]["ingress"]).iter().flat_map(|rule| list(&rule["ports"])) {
                assert_eq!(port["port"], "http-app", "{variant}");
            }
        }
        assert_eq!(
            of_kind(&resources, "PodMonitor")[0]["spec"]["podMetricsEndpoints"][0]["port"],
            "http-app"
        );
    }
    let (command, _) = host("host");
    application::host_understands(&command);
    let resources = resources("host");
    let pod = &of_kind(&resources, "Deployment")[0]["spec"]["template"]["spec"];
    let port = &pod["containers"][0]["ports"][0];
    assert_eq!(port["name"], "http-app");
    assert!(
        application::flag(&command, "--listen").unwrap().ends_with(&format!(":{}", port["containerPort"]))
    );
    assert_eq!(of_kind(&resources, "Service")[0]["spec"]["ports"][0]["targetPort"], "http-app");
    let grace = pod["terminationGracePeriodSeconds"].as_u64().unwrap();
    assert!(application::ending_seconds(&command) < grace, "pods are killed before they are done");
}

#[test]
fn the_tick_calls_a_route_of_the_application() {
    let resources = resources("spinkube");
    let job = &of_kind(&resources, "CronJob")[0]["spec"]["jobTemplate"]["spec"];
    let container = &job["template"]["spec"]["containers"][0];
    let command = texts(&container["args"]).join(" ");
    let (service, path) =
        command.rsplit_once("http://").and_then(|(_, url)| url.trim().split_once('/')).unwrap();
    assert_eq!(service, "centralita", "the service that the operator makes has the name of the SpinApp");
    assert!(application::has_route(&format!("/{path}")), "{path}");
    assert!(command.contains("--request POST") && command.contains("authorization: Bearer"), "{command}");
}

#[test]
fn whoever_is_selected_is_there() {
    for variant in VARIANTS {
        let resources = resources(variant);
        let pods: BTreeSet<_> = resources
            .iter()
            .flat_map(|resource| [everywhere(resource, "podLabels"), everywhere(resource, "labels")].concat())
            .filter_map(|labels| labels["app.kubernetes.io/name"].as_str())
            .collect();
        let selected = resources.iter().flat_map(|resource| everywhere(resource, "matchLabels"));
        for name in selected.filter_map(|labels| labels["app.kubernetes.io/name"].as_str()) {
            // Base allows the tick, which only Spin needs.
            let absent_on_purpose = variant == "host" && name == "centralita-tick";
            assert!(pods.contains(name) || absent_on_purpose, "{variant}: nobody is called {name}");
        }
        let scaler = &of_kind(&resources, "HorizontalPodAutoscaler")[0]["spec"];
        assert_eq!(scaler["scaleTargetRef"]["name"], "centralita");
        assert!(3 <= scaler["minReplicas"].as_u64().unwrap());
    }
}

#[test]
fn policies_let_out_what_components_call_and_what_keeps_state() {
    let resources = resources("host");
    let policies = of_kind(&resources, "NetworkPolicy");
    let named = |name: &str| policies.iter().find(|policy| policy["metadata"]["name"] == name).unwrap();
    let all = &named("default-deny")["spec"];
    assert_eq!(texts(&all["policyTypes"]), ["Ingress", "Egress"]);
    assert!(all.get("ingress").is_none() && all.get("egress").is_none(), "nothing is allowed by default");
    let rules = list(&named("centralita")["spec"]["egress"]);
    let open: BTreeSet<_> =
        rules.iter().flat_map(|rule| list(&rule["ports"])).filter_map(|port| port["port"].as_u64()).collect();
    // Names and Redis are the host's own need.
    let needed = application::outbound_ports().into_iter().chain([53, 6379]);
    for port in needed {
        assert!(open.contains(&u64::from(port)), "nobody may call port {port}");
    }
    let https = rules.iter().find(|rule| rule["ports"][0]["port"] == 443).unwrap();
    let except = texts(&https["to"][0]["ipBlock"]["except"]);
    assert!(except.iter().any(|network| network == "169.254.0.0/16"), "the cloud's metadata can be read");
}

#[test]
fn kustomize_renders_both() {
    let made: String = secrets().iter().map(|name| format!("{name}=x\n")).collect();
    let config = read("deploy/compose/runtime-config.toml");
    let copy = copy_of(FOLDER, &[("base/secrets.env", &made), ("base/runtime-config.toml", &config)]);
    for variant in VARIANTS {
        let file = copy.path().join(variant).join("kustomization.yaml");
        let with_figures = fs::read_to_string(&file).unwrap() + "components: [../monitoring]\n";
        fs::write(&file, with_figures).unwrap();
        let mut kubectl = Command::new("kubectl");
        let Some(rendered) = said_by(kubectl.arg("kustomize").arg(copy.path().join(variant))) else { return };
        let rendered = all(&rendered.unwrap_or_else(|error| panic!("{variant}: {error}")));
        let made: BTreeSet<_> = rendered
            .iter()
            .filter(|resource| resource["kind"] == "Secret" || resource["kind"] == "ConfigMap")
            .map(|resource| text(&resource["metadata"]["name"]))
            .collect();
        assert!(made.iter().all(|name| name.len() > "centralita-".len() + 10), "a hash at the end: {made:?}");
        for resource in &rendered {
            assert!(resource["kind"] == "Namespace" || resource["metadata"]["namespace"] == "centralita");
            let keys = ["secretKeyRef", "configMapKeyRef", "credentials"];
            let by_key =
                keys.iter().flat_map(|key| everywhere(resource, key)).map(|found| text(&found["name"]));
            let by_name =
                ["loadFromSecret", "secretName"].iter().flat_map(|key| everywhere(resource, key)).map(text);
            for name in by_key.chain(by_name).filter(|name| *name != "centralita-tls") {
                assert!(made.contains(name), "{variant}: {} refers to {name}", resource["kind"]);
            }
            for image in everywhere(resource, "image") {
                assert_ne!(image, "centralita", "{variant}: where is the image?");
            }
        }
    }
}
