// What clients ask about themselves before anything else, in Kubernetes' groups for it: posted, answered at once, and kept nowhere.
import type { KindInfo } from "@neverland/api";
import { z } from "zod";

const text = z.string().nullish();
const texts = z.array(z.string());
const userInfo = z.looseObject({ username: z.string(), groups: texts });

const accessSpecSchema = z.looseObject({
  resourceAttributes: z
    .looseObject({
      ...{ namespace: text, verb: text, group: text, version: text },
      ...{ resource: text, subresource: text, name: text },
    })
    .nullish()
    .describe("Something that discovery lists; `*` stands for all of it."),
  nonResourceAttributes: z.looseObject({ path: text, verb: text }).nullish().describe("A path such as /version."),
});
export type AccessSpec = z.infer<typeof accessSpecSchema>;

const tokenSpecSchema = z.looseObject({
  token: z.string().min(1, { error: "is what the question is about" }),
  audiences: texts.nullish(),
});
export type TokenSpec = z.infer<typeof tokenSpecSchema>;

const question = {
  version: "v1",
  shortNames: [],
  categories: [],
  scope: "cluster",
  isQuestion: true,
  record: true,
  deletable: false,
  subresources: [],
  columns: [],
  indexes: [],
  unique: [],
  sensitive: [],
} as const;
const authorization = { ...question, group: "authorization.k8s.io" } as const;
const authentication = { ...question, group: "authentication.k8s.io" } as const;

/** The numbers of fields are those of k8s.io/api/{authorization,authentication}/v1/generated.proto. */
const spec = "spec";
const named = (name: string) => ({ name, type: "text" }) as const;

export const reviewKinds = {
  SelfSubjectAccessReview: {
    ...authorization,
    kind: "SelfSubjectAccessReview",
    plural: "selfsubjectaccessreviews",
    singular: "selfsubjectaccessreview",
    spec: accessSpecSchema,
    status: z.looseObject({ allowed: z.boolean(), reason: text }),
    protobuf: {
      2: {
        ...{ name: spec, type: "message" },
        fields: {
          1: {
            ...{ name: "resourceAttributes", type: "message" },
            fields: {
              ...{ 1: named("namespace"), 2: named("verb"), 3: named("group"), 4: named("version") },
              ...{ 5: named("resource"), 6: named("subresource"), 7: named("name") },
            },
          },
          2: {
            ...{ name: "nonResourceAttributes", type: "message" },
            fields: { 1: named("path"), 2: named("verb") },
          },
        },
      },
    },
  },
  SelfSubjectRulesReview: {
    ...authorization,
    kind: "SelfSubjectRulesReview",
    plural: "selfsubjectrulesreviews",
    singular: "selfsubjectrulesreview",
    spec: z.looseObject({ namespace: text.describe("The answer is the same for each.") }),
    status: z.looseObject({
      resourceRules: z.array(z.looseObject({ verbs: texts, apiGroups: texts, resources: texts })),
      nonResourceRules: z.array(z.looseObject({ verbs: texts, nonResourceURLs: texts })),
      incomplete: z.boolean(),
    }),
    protobuf: { 2: { name: spec, type: "message", fields: { 1: named("namespace") } } },
  },
  SelfSubjectReview: {
    ...authentication,
    kind: "SelfSubjectReview",
    plural: "selfsubjectreviews",
    singular: "selfsubjectreview",
    status: z.looseObject({ userInfo }),
    protobuf: {},
  },
  TokenReview: {
    ...authentication,
    kind: "TokenReview",
    plural: "tokenreviews",
    singular: "tokenreview",
    sensitive: ["spec.token"],
    spec: tokenSpecSchema,
    status: z.looseObject({ authenticated: z.boolean(), user: userInfo.nullish(), error: text }),
    protobuf: {
      2: {
        ...{ name: spec, type: "message" },
        fields: { 1: named("token"), 2: { name: "audiences", type: "texts" } },
      },
    },
  },
} as const satisfies Record<string, KindInfo>;
