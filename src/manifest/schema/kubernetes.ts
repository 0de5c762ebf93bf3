import * as v from "valibot";
import { about, filled, list, string, table } from "./fields.ts";
import { registryReference as image, size } from "./made-from.ts";

const label = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/i;
const labelValue = /^([a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?)?$/i;

/** A DNS label or subdomain, in Kubernetes' terms. */
const objectName = v.pipe(
  string,
  v.regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "a name of Kubernetes: lowercase letters, digits, dashes and dots"),
);

const selector = v.pipe(
  string,
  v.check((text) => {
    const [key = "", value, ...rest] = text.split("=");
    return value !== undefined && rest.length === 0 && label.test(key) && labelValue.test(value);
  }, 'a label of nodes such as "disk=ssd"'),
);

const toleration = v.pipe(
  string,
  v.check((text) => {
    const [, key = "", value = ""] = /^([^=:]+)(?:=([^=:]*))?(?::(?:NoSchedule|PreferNoSchedule|NoExecute))?$/.exec(text) ?? [];
    return label.test(key) && labelValue.test(value);
  }, 'a taint of nodes such as "team=agents:NoSchedule"'),
); // prettier-ignore

const reserved = "a number of processors from 0.01 to 64";

export const Kubernetes = table({
  context: v.optional(about(filled, "the context of your kubeconfig; defaults to the current one")),
  namespace: v.optional(about(objectName, "the namespace of the pod; defaults to the context's own")),
  image: v.optional(about(image, "a registry reference, instead of `bottle.image`")),
  "proxy-image": v.optional(
    about(
      image,
      "an image with perl, for the containers that enforce the list of hosts; defaults to the pod's own image",
    ),
  ),
  cpus: v.optional(
    about(
      v.pipe(v.number(reserved), v.minValue(0.01, reserved), v.maxValue(64, reserved)),
      "processors that the scheduler reserves; `bottle.cpus` is the limit",
    ),
    0.25,
  ),
  memory: v.optional(about(size, "memory that the scheduler reserves; `bottle.memory` is the limit"), 512),
  storage: v.optional(about(size, "size of the volume for the home and the project"), 10_240),
  "storage-class": v.optional(
    about(objectName, "the storage class of the volume; defaults to the cluster's default; no volume if there is none"),
  ),
  "runtime-class": v.optional(about(objectName, "the runtime class of the pod, such as gvisor or kata")),
  "node-selector": about(
    list(selector, 'an array of labels such as ["disk=ssd"]'),
    "labels that the pod's node must have",
  ),
  tolerations: about(
    list(toleration, 'an array of taints such as ["team=agents:NoSchedule"]'),
    "taints that the pod tolerates",
  ),
  "service-account": v.optional(
    about(objectName, "the service account of the pod, without its token; defaults to the namespace's default"),
  ),
  "image-pull-secret": v.optional(about(objectName, "the Secret for pulling the image")),
  "sync-every": v.optional(
    about(
      v.pipe(
        v.number("a number of seconds from 5 to 86400"),
        v.integer("a number of seconds from 5 to 86400"),
        v.minValue(5, "a number of seconds from 5 to 86400"),
        v.maxValue(86_400, "a number of seconds from 5 to 86400"),
      ),
      "seconds between two syncs of the project while a session runs",
    ),
    60,
  ),
});
export type Kubernetes = v.InferOutput<typeof Kubernetes>;
