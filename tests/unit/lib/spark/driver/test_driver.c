/* SPDX-License-Identifier: Apache-2.0 */
#include "plan_fixture.h"
#include "test.h"

#define K         "spark.kubernetes."
#define MOUNTS(n) "container:volumeMounts." n
#define ENV(n)    "container:env." n

/* What one or two settings put where; expected as canonical JSON. */
static const struct effect {
    enum spk_line line;
    const char *settings[3];
    const char *place, *expected;
} effects[] = {
    /* BasicDriverFeatureStep */
    {SPK_SPARK_4_1,
     {NULL},
     "container:resources",
     "{\"limits\":{\"memory\":\"1408Mi\"},\"requests\":{\"cpu\":\"1\",\"memory\":"
     "\"1408Mi\"}}"},
    {SPK_SPARK_4_1,
     {"spark.driver.memory=512m", K "driver.limit.cores=2"},
     "container:resources.limits",
     "{\"cpu\":\"2\",\"memory\":\"896Mi\"}"},
    {SPK_SPARK_4_1,
     {K "memoryOverheadFactor=1e-3"},
     "properties:" K "memoryOverheadFactor",
     "0.001"},
    {SPK_SPARK_4_1,
     {"spark.driver.resource.gpu.amount=2", "spark.driver.resource.gpu.vendor=nvidia.com"},
     "container:resources.limits",
     "{\"memory\":\"1408Mi\",\"nvidia.com/gpu\":\"2\"}"},
    {SPK_SPARK_3_5, {NULL}, "container:ports.3", ""},
    {SPK_SPARK_4_1,
     {NULL},
     "container:ports.3",
     "{\"containerPort\":15002,\"name\":\"spark-connect\",\"protocol\":\"TCP\"}"},
    {SPK_SPARK_4_1,
     {"spark.blockManager.port=9100"},
     "container:ports.1.containerPort",
     "9100"},
    {SPK_SPARK_4_1,
     {K "driverEnv.B=2", K "driverEnv.A=1"},
     ENV("2"),
     "{\"name\":\"A\",\"value\":\"1\"}"},
    {SPK_SPARK_4_1,
     {K "driver.annotation.a=x-{{APP_ID}}{{EXECUTOR_ID}}"},
     "Pod:metadata.annotations.a",
     "\"x-spark-0123456789abcdef0123456789abcdef\""},
    {SPK_SPARK_3_5,
     {K "driver.label.a={{APP_ID}}"},
     "Pod:metadata.labels.a",
     "\"{{APP_ID}}\""},
    {SPK_SPARK_4_0,
     {K "driver.label.a={{APP_ID}}"},
     "Service:spec.selector.a",
     "\"spark-0123456789abcdef0123456789abcdef\""},
    {SPK_SPARK_4_1,
     {K "container.image=r/s:{{SPARK_VERSION}}"},
     "container:image",
     "\"r/s:4.1.4\""},
    {SPK_SPARK_4_0,
     {K "container.image=r/s:{{SPARK_VERSION}}"},
     "container:image",
     "\"r/s:{{SPARK_VERSION}}\""},
    {SPK_SPARK_4_1,
     {K "node.selector.a=1", K "driver.node.selector.a=2"},
     "Pod:spec.nodeSelector",
     "{\"a\":\"2\"}"},
    {SPK_SPARK_4_2, {NULL}, "container:securityContext", ""},
    {SPK_SPARK_4_3,
     {NULL},
     "container:securityContext",
     "{\"allowPrivilegeEscalation\":false}"},
    {SPK_SPARK_4_3,
     {K "driver.securityContext.allowPrivilegeEscalation= TRUE "},
     "container:securityContext",
     "{\"allowPrivilegeEscalation\":true}"},
    /* DriverKubernetesCredentialsFeatureStep */
    {SPK_SPARK_4_1,
     {K "authenticate.driver.serviceAccountName=sa"},
     "Pod:spec.serviceAccountName",
     "\"sa\""},
    {SPK_SPARK_4_1,
     {K "authenticate.driver.serviceAccountName=sa", K "authenticate.driver.oauthToken=token"},
     "Pod:spec.serviceAccountName",
     ""},
    {SPK_SPARK_4_1,
     {K "authenticate.driver.oauthToken=token"},
     "Secret:data",
     "{\"oauth-token\":\"dG9rZW4=\"}"},
    {SPK_SPARK_4_1,
     {"x.oauthToken=token"},
     "properties:x.oauthToken",
     "<present_but_redacted>"},
    /* DriverServiceFeatureStep */
    {SPK_SPARK_4_1, {"spark.blockManager.port=9100"}, "Service:spec.ports.1.port", "7079"},
    {SPK_SPARK_4_1, {NULL}, "Service:spec.ports.3.appProtocol", ""},
    {SPK_SPARK_4_2, {NULL}, "Service:spec.ports.3.appProtocol", "\"grpc\""},
    {SPK_SPARK_4_2, {NULL}, "Service:spec.publishNotReadyAddresses", ""},
    {SPK_SPARK_4_3, {NULL}, "Service:spec.publishNotReadyAddresses", "false"},
    {SPK_SPARK_4_1,
     {K "driver.service.ipFamilies=IPv4,IPv6"},
     "Service:spec.ipFamilies",
     "[\"IPv4\",\"IPv6\"]"},
    {SPK_SPARK_4_1,
     {NULL},
     "properties:spark.driver.host",
     "app-aaaaaaaaaaaaaaaa-driver-svc.default.svc"},
    {SPK_SPARK_4_1,
     {"spark.app.name=a-name-that-is-one-too-long-for-that"},
     "Service:metadata.name",
     "\"spark-5555555555555555-driver-svc\""},
    /* MountSecretsFeatureStep: in the order of the volumes' names */
    {SPK_SPARK_4_1,
     {K "driver.secrets.a=/a", K "driver.secrets.a-b=/b"},
     MOUNTS("0"),
     "{\"mountPath\":\"/b\",\"name\":\"a-b-volume\"}"},
    /* EnvSecretsFeatureStep */
    {SPK_SPARK_4_1,
     {K "driver.secretKeyRef.V=a:b:"},
     ENV("3"),
     "{\"name\":\"V\",\"valueFrom\":{\"secretKeyRef\":{\"key\":\"b\",\"name\":\"a\"}}}"},
    /* NetworkPolicyFeatureStep */
    {SPK_SPARK_4_1, {NULL}, "NetworkPolicy:metadata.name", ""},
    {SPK_SPARK_4_2, {NULL}, "NetworkPolicy:metadata.name", "\"app-aaaaaaaaaaaaaaaa-policy\""},
    {SPK_SPARK_4_2,
     {K "driver.pod.excludedFeatureSteps="
        " ,org.apache.spark.deploy.k8s.features.NetworkPolicyFeatureStep"},
     "NetworkPolicy:metadata.name",
     ""},
    /* MountVolumesFeatureStep */
    {SPK_SPARK_3_5,
     {K "driver.volumes.hostPath.h.mount.path=/h",
      K "driver.volumes.hostPath.h.options.path=/x",
      K "driver.volumes.hostPath.h.options.type=Directory"},
     "Pod:spec.volumes.0",
     "{\"hostPath\":{\"path\":\"/x\",\"type\":\"\"},\"name\":\"h\"}"},
    {SPK_SPARK_4_0,
     {K "driver.volumes.hostPath.h.mount.path=/h",
      K "driver.volumes.hostPath.h.options.path=/x",
      K "driver.volumes.hostPath.h.options.type=Directory"},
     "Pod:spec.volumes.0",
     "{\"hostPath\":{\"path\":\"/x\",\"type\":\"Directory\"},\"name\":\"h\"}"},
    {SPK_SPARK_4_0,
     {K "driver.volumes.emptyDir.e.mount.path=/e"},
     MOUNTS("0"),
     "{\"mountPath\":\"/e\",\"name\":\"e\",\"readOnly\":false,\"subPath\":\"\","
     "\"subPathExpr\":\"\"}"},
    {SPK_SPARK_3_5,
     {K "driver.volumes.emptyDir.e.mount.path=/e"},
     MOUNTS("0"),
     "{\"mountPath\":\"/e\",\"name\":\"e\",\"readOnly\":false,\"subPath\":\"\"}"},
    /* DriverCommandFeatureStep */
    {SPK_SPARK_4_1,
     {NULL},
     "container:args",
     "[\"driver\",\"--properties-file\",\"/opt/spark/conf/spark.properties\",\"--class\","
     "\"org.example.Main\",\"local:///opt/app/app.jar\"]"},
    {SPK_SPARK_4_1, {NULL}, "properties:" K "resource.type", "java"},
    /* HadoopConfDriverFeatureStep */
    {SPK_SPARK_4_1,
     {K "hadoop.configMapName=hcm"},
     "Pod:spec.volumes.0",
     "{\"configMap\":{\"name\":\"hcm\"},\"name\":\"hadoop-properties\"}"},
    {SPK_SPARK_4_1,
     {K "hadoop.configMapName=hcm"},
     "properties:" K "executor.hadoopConfigMapName",
     "hcm"},
    /* KerberosConfDriverFeatureStep */
    {SPK_SPARK_4_1,
     {K "kerberos.krb5.configMapName=kcm"},
     MOUNTS("0"),
     "{\"mountPath\":\"/etc/krb5.conf\",\"name\":\"krb5-file\",\"subPath\":\"krb5.conf\"}"},
    {SPK_SPARK_4_1,
     {K "kerberos.tokenSecret.name=t", K "kerberos.tokenSecret.itemKey=k"},
     ENV("3"),
     "{\"name\":\"HADOOP_TOKEN_FILE_LOCATION\",\"value\":\"/mnt/secrets/hadoop-credentials/"
     "k\"}"},
    /* LocalDirsFeatureStep */
    {SPK_SPARK_4_1,
     {"spark.local.dir=/a,/b,,"},
     ENV("3"),
     "{\"name\":\"SPARK_LOCAL_DIRS\",\"value\":\"/a,/b\"}"},
    {SPK_SPARK_4_1,
     {K "local.dirs.tmpfs=true"},
     "Pod:spec.volumes.0.emptyDir",
     "{\"medium\":\"Memory\"}"},
    {SPK_SPARK_4_1,
     {K "driver.volumes.emptyDir.spark-local-dir-x.mount.path=/x"},
     ENV("3"),
     "{\"name\":\"SPARK_LOCAL_DIRS\",\"value\":\"/x\"}"},
    /* VolcanoFeatureStep */
    {SPK_SPARK_4_2,
     {K "driver.pod.featureSteps=org.apache.spark.deploy.k8s.features.VolcanoFeatureStep",
      K "scheduler.volcano.podGroupTemplateJson={\"spec\":{\"minResources\":{\"cpu\":4}}}"},
     "PodGroup:spec",
     "{\"minResources\":{\"cpu\":\"4\"}}"},
    /* Client */
    {SPK_SPARK_4_1,
     {K "namespace=jobs"},
     "ConfigMap:metadata",
     "{\"name\":\"spark-drv-cccccccccccccccc-conf-map\",\"namespace\":\"jobs\"}"},
};

static void test_each_setting_has_its_effect(void)
{
    for (size_t i = 0; i < SPK_LEN(effects); i++) {
        const struct effect *effect = &effects[i];
        struct plan_fixture fixture;

        plan_fixture_init(&fixture, effect->line);
        for (size_t j = 0; j < SPK_LEN(effect->settings) && effect->settings[j]; j++)
            plan_fixture_set(&fixture, effect->settings[j]);
        CU_ASSERT(plan_fixture_make(&fixture));
        SPK_ASSERT_TEXT(fixture.err.text, "");
        if (fixture.plan.pod)
            SPK_ASSERT_TEXT(plan_fixture_at(&fixture, effect->place), effect->expected);
        plan_fixture_done(&fixture);
    }
}

/* What is refused, in Spark's words, and which key is blamed. */
static const struct refusal {
    enum spk_line line;
    const char *settings[2];
    enum spk_reason reason;
    const char *key, *text;
} refusals[] = {
    {SPK_SPARK_4_1,
     {K "container.image.pullPolicy=Sometimes"},
     SPK_INVALID_FIELD,
     K "container.image.pullPolicy",
     "[INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS] The value 'Sometimes' in the config "
     "\"" K "container.image.pullPolicy\" is invalid. It should be one of 'Always, Never, "
     "IfNotPresent'. SQLSTATE: 22022"},
    {SPK_SPARK_4_1,
     {K "driver.request.cores="},
     SPK_INVALID_FIELD,
     K "driver.request.cores",
     "Invalid quantity string format passed."},
    {SPK_SPARK_4_1,
     {"spark.driver.port= 1"},
     SPK_INVALID_FIELD,
     "spark.driver.port",
     "Illegal value for config key spark.driver.port: For input string: \" 1\""},
    {SPK_SPARK_4_1,
     {K "driver.label.spark-role=x"},
     SPK_INVALID_FIELD,
     K "driver.label.spark-role",
     "requirement failed: Label with key spark-role is not allowed as it is reserved for "
     "Spark bookkeeping operations."},
    {SPK_SPARK_4_1,
     {"spark.driver.resource.gpu.amount=1"},
     SPK_INVALID_FIELD,
     "spark.driver.resource.gpu.amount",
     "Resource: gpu was requested, but vendor was not specified."},
    {SPK_SPARK_4_1,
     {"spark.driver.resource.gpu.amount=two"},
     SPK_INVALID_FIELD,
     "spark.driver.resource.gpu.amount",
     "For input string: \"two\""},
    {SPK_SPARK_4_1,
     {"spark.jars=file:/x.jar"},
     SPK_INVALID_FIELD,
     "spark.jars",
     "Please specify spark.kubernetes.file.upload.path property. It would not help, though: "
     "'file:/x.jar' is a file of the submitting machine, which is not uploaded here; put it "
     "into the image and use local://, or use a remote URL"},
    {SPK_SPARK_4_1,
     {"spark.jars=file:/x.jar", K "file.upload.path=s3a://b"},
     SPK_UNSUPPORTED_FEATURE,
     "spark.jars",
     "'file:/x.jar' is a file of the submitting machine, which is not uploaded here; put it "
     "into the image and use local://, or use a remote URL"},
    {SPK_SPARK_4_1,
     {K "authenticate.driver.caCertFile=/ca"},
     SPK_UNSUPPORTED_FEATURE,
     K "authenticate.driver.caCertFile",
     K "authenticate.driver.caCertFile names a file of the submitting machine, which cannot "
       "be read here; mount a Secret and name the file in " K
       "authenticate.driver.mounted.* instead"},
    {SPK_SPARK_4_1,
     {"spark.driver.bindAddress=0.0.0.0"},
     SPK_INVALID_FIELD,
     "spark.driver.bindAddress",
     "requirement failed: spark.driver.bindAddress is not supported in Kubernetes mode, as "
     "the driver's bind address is managed and set to the driver pod's IP address."},
    {SPK_SPARK_4_1,
     {K "driver.secretKeyRef.V=a:b:c"},
     SPK_INVALID_FIELD,
     K "driver.secretKeyRef.V",
     "requirement failed: SecretKeyRef must be in the form name:key."},
    {SPK_SPARK_4_1,
     {K "executor.volumes.configMap.c.mount.path=/c"},
     SPK_INVALID_FIELD,
     K "executor.volumes.configMap.c.mount.path",
     "Kubernetes Volume type `configMap` is not supported"},
    {SPK_SPARK_4_1,
     {K "driver.volumes.nfs.n.options.server=s"},
     SPK_INVALID_FIELD,
     "conf[" K "driver.volumes.nfs.n.mount.path]",
     "key not found: nfs.n.mount.path"},
    {SPK_SPARK_4_1,
     {"spark.kerberos.principal=p"},
     SPK_INVALID_FIELD,
     "spark.kerberos.principal",
     "requirement failed: If a Kerberos principal is specified you must also specify a "
     "Kerberos keytab"},
    {SPK_SPARK_4_1,
     {K "local.dirs.tmpfs=yes"},
     SPK_INVALID_FIELD,
     K "local.dirs.tmpfs",
     "[INVALID_CONF_VALUE.TYPE_MISMATCH] The value 'yes' in the config \"" K
     "local.dirs.tmpfs\" is invalid. It should be a/an 'boolean' value. SQLSTATE: 22022"},
    {SPK_SPARK_4_1,
     {K "driver.pod.featureSteps=org.apache.spark.deploy.k8s.features.VolcanoFeatureStep"},
     SPK_UNSUPPORTED_FEATURE,
     K "driver.pod.featureSteps",
     "the feature step 'org.apache.spark.deploy.k8s.features.VolcanoFeatureStep' is a class "
     "that only a JVM can load; on 4.2 and later "
     "org.apache.spark.deploy.k8s.features.VolcanoFeatureStep is known here"},
    {SPK_SPARK_4_1,
     {K "namespace="},
     SPK_INVALID_FIELD,
     K "namespace",
     "namespace not specified for an operation requiring one."},
    {SPK_SPARK_3_5,
     {K "driver.limit.cores=1e3M"},
     SPK_INVALID_FIELD,
     K "driver.limit.cores",
     "Invalid quantity string format passed"},
    {SPK_SPARK_4_3,
     {K "driver.volumes.emptyDir.v.mount.path=/v",
      K "driver.volumes.emptyDir.v.options.sizeLimit=M"},
     SPK_INVALID_FIELD,
     K "driver.volumes.emptyDir.v.options.sizeLimit",
     "Invalid quantity string format passed."},
    /* Constructors come before any step works, and in the order of the steps. */
    {SPK_SPARK_4_1,
     {K "local.dirs.tmpfs=yes", K "driver.label.spark-role=x"},
     SPK_INVALID_FIELD,
     K "local.dirs.tmpfs",
     NULL},
    {SPK_SPARK_4_3,
     {K "driver.securityContext.allowPrivilegeEscalation=x", "spark.driver.memoryOverhead=y"},
     SPK_INVALID_FIELD,
     K "driver.securityContext.allowPrivilegeEscalation",
     NULL},
};

static void test_what_spark_refuses_is_refused(void)
{
    for (size_t i = 0; i < SPK_LEN(refusals); i++) {
        const struct refusal *refusal = &refusals[i];
        struct plan_fixture fixture;

        plan_fixture_init(&fixture, refusal->line);
        for (size_t j = 0; j < SPK_LEN(refusal->settings) && refusal->settings[j]; j++)
            plan_fixture_set(&fixture, refusal->settings[j]);
        CU_ASSERT_FALSE(plan_fixture_make(&fixture));
        CU_ASSERT_EQUAL(fixture.err.reason, refusal->reason);
        const char *field = fixture.err.field;
        SPK_ASSERT_TEXT(strncmp(field, "conf:", 5) == 0 ? field + 5 : field, refusal->key);
        if (refusal->text)
            SPK_ASSERT_TEXT(fixture.err.text, refusal->text);
        CU_ASSERT_PTR_NULL(fixture.plan.pod);
        plan_fixture_done(&fixture);
    }
}

static void test_python_has_its_environment_and_factor(void)
{
    static const struct spk_conf_entry variables[] = {
        {"PYSPARK_PYTHON", "/env/python", "environment"}};
    struct plan_fixture fixture;

    plan_fixture_init(&fixture, SPK_SPARK_4_1);
    fixture.submission.language = SPK_PYTHON;
    fixture.submission.primary_resource = "local:///app.py";
    fixture.submission.environment.variables = variables;
    fixture.submission.environment.n = SPK_LEN(variables);
    plan_fixture_set(&fixture, "spark.pyspark.driver.python=/conf/python");
    CU_ASSERT(plan_fixture_make(&fixture));
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, ENV("3.value")), "\"/env/python\"");
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, ENV("4.value")), "\"/conf/python\"");
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "container:resources.limits.memory"),
                    "\"1433Mi\"");
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "properties:" K "memoryOverheadFactor"), "0.4");
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "properties:" K "resource.type"), "python");
    plan_fixture_done(&fixture);
}

static void test_the_proxy_user_is_spark_s_user(void)
{
    static const struct {
        enum spk_line line;
        const char *given, *expected;
    } cases[] = {
        {SPK_SPARK_4_2, NULL, "\"alice\""},
        {SPK_SPARK_4_2, "bob", "\"bob\""},
        {SPK_SPARK_4_3, "bob", "\"alice@REALM\""},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        const struct spk_conf_entry variable = {"SPARK_USER", cases[i].given, "environment"};
        struct plan_fixture fixture;

        plan_fixture_init(&fixture, cases[i].line);
        fixture.submission.proxy_user = "alice@REALM";
        fixture.submission.environment.variables = &variable;
        fixture.submission.environment.n = cases[i].given ? 1 : 0;
        CU_ASSERT_FATAL(plan_fixture_make(&fixture));
        SPK_ASSERT_TEXT(plan_fixture_at(&fixture, ENV("0.value")), cases[i].expected);
        plan_fixture_done(&fixture);
    }
}

static void test_claims_on_demand_are_counted_among_all_volumes(void)
{
    static const char *const settings[] = {
        K "driver.volumes.emptyDir.a.mount.path=/a",
        K "driver.volumes.persistentVolumeClaim.b.mount.path=/b",
        K "driver.volumes.persistentVolumeClaim.b.options.claimName=x-OnDemand",
        K "driver.volumes.persistentVolumeClaim.b.options.storageClass=fast",
        K "driver.volumes.persistentVolumeClaim.b.options.sizeLimit=1Gi",
        K "driver.volumes.persistentVolumeClaim.b.label.team=x",
    };
    struct plan_fixture fixture;

    plan_fixture_init(&fixture, SPK_SPARK_4_1);
    for (size_t i = 0; i < SPK_LEN(settings); i++)
        plan_fixture_set(&fixture, settings[i]);
    CU_ASSERT(plan_fixture_make(&fixture));
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "PersistentVolumeClaim:"),
                    "{\"apiVersion\":\"v1\",\"kind\":\"PersistentVolumeClaim\",\"metadata\":{"
                    "\"labels\":{\"spark-app-selector\":\"spark-"
                    "0123456789abcdef0123456789abcdef\",\"team\":\"x\"},\"name\":\"x-app-"
                    "aaaaaaaaaaaaaaaa-driver-pvc-1\"},\"spec\":{\"accessModes\":["
                    "\"ReadWriteOncePod\"],\"resources\":{\"requests\":{\"storage\":\"1Gi\"}},"
                    "\"storageClassName\":\"fast\"}}");
    plan_fixture_done(&fixture);
}

static CU_TestInfo tests[] = {
    SPK_TEST(each_setting_has_its_effect),
    SPK_TEST(what_spark_refuses_is_refused),
    SPK_TEST(python_has_its_environment_and_factor),
    SPK_TEST(the_proxy_user_is_spark_s_user),
    SPK_TEST(claims_on_demand_are_counted_among_all_volumes),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("driver", tests)
