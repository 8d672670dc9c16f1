/**
 * The files of a forecast model as MLflow serves them: flavor `python_function` with its own small loader, so that
 * `mlflow models serve -m models:/NAME/VERSION --env-manager local` serves our model without Almanac installed.
 */
import { stringify } from 'yaml'

/** Folder and layout as MLflow expects them (https://mlflow.org/docs/latest/ml/model). */
const FOLDER = 'model'
const LOADER = 'almanac_ridge'
/** The lowest versions whose scoring server takes `dataframe_split`, and what the loader itself imports. */
const REQUIREMENTS = ['mlflow>=2.0', 'numpy', 'pandas']
/** For environments that are built from the files; the loader needs nothing newer. */
const PYTHON_VERSION = '3.11'

/** A fitted pipeline of median imputation, standardisation and ridge; lists in the order of `features`. */
export interface ServableModel {
  /** Names of the input columns, as the table `crypto_prices` has them. */
  features: readonly string[]
  medians: readonly number[]
  means: readonly number[]
  scales: readonly number[]
  coefficients: readonly number[]
  intercept: number
}

export interface AboutModel {
  /** Such as "bitcoin". */
  crypto: string
  /** Such as "1h". */
  horizon: string
  /** The model version of the stored predictions. */
  version: string
  createdMs: number
}

/** intercept + sum((x or median - mean) / scale * coefficient): `predictOne` of model/ridge.ts, in Python. */
const LOADER_SOURCE = `"""Serves a ridge model of Almanac: median imputation, standardisation, a dot product."""

import json

import numpy as np
import pandas as pd


class Ridge:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            model = json.load(file)
        self.features = model["features"]
        self.medians, self.means, self.scales, self.coefficients = (
            np.array(model[name], dtype=float) for name in ("medians", "means", "scales", "coefficients")
        )
        self.intercept = float(model["intercept"])

    def predict(self, model_input, params=None):
        frame = pd.DataFrame(model_input)
        missing = [name for name in self.features if name not in frame.columns]
        if missing:
            raise ValueError("The input lacks the columns: " + ", ".join(missing))
        rows = frame[self.features].to_numpy(dtype=float, na_value=np.nan)
        rows = np.where(np.isnan(rows), self.medians, rows)
        return (self.intercept + ((rows - self.means) / self.scales) @ self.coefficients).tolist()


def _load_pyfunc(path):
    return Ridge(path)
`

/**
 * Path in a run's artifacts -> text. The input of the served model is a data frame with at least the columns of
 * `features`, null if a value is missing; the output is a list of prices.
 */
export function modelFiles(model: ServableModel, about: AboutModel): Record<string, string> {
  refuseBroken(model)
  const { features, medians, means, scales, coefficients, intercept } = model
  const { createdMs, ...named } = about
  const created = new Date(createdMs).toISOString()
  const content = { features, medians, means, scales, coefficients, intercept, ...named, created }
  return {
    [`${FOLDER}/MLmodel`]: mlmodel(named, created),
    [`${FOLDER}/model.json`]: `${JSON.stringify(content, undefined, 2)}\n`,
    [`${FOLDER}/code/${LOADER}.py`]: LOADER_SOURCE,
    [`${FOLDER}/requirements.txt`]: `${REQUIREMENTS.join('\n')}\n`,
    [`${FOLDER}/python_env.yaml`]: stringify({
      python: PYTHON_VERSION,
      build_dependencies: ['pip'],
      dependencies: ['-r requirements.txt'],
    }),
    [`${FOLDER}/conda.yaml`]: stringify({
      name: 'almanac',
      channels: ['conda-forge'],
      dependencies: [`python=${PYTHON_VERSION}`, 'pip', { pip: REQUIREMENTS }],
    }),
    'features_used.txt': `${features.join('\n')}\n`,
  }
}

const mlmodel = (about: Omit<AboutModel, 'createdMs'>, created: string): string =>
  stringify({
    artifact_path: FOLDER,
    flavors: {
      python_function: {
        code: 'code',
        data: 'model.json',
        env: { conda: 'conda.yaml', virtualenv: 'python_env.yaml' },
        loader_module: LOADER,
        python_version: PYTHON_VERSION,
      },
    },
    metadata: about,
    // MLflow's format of a time.
    utc_time_created: created.replace('T', ' ').replace('Z', '000'),
  })

/** JSON would write NaN as null, and the served model would silently compute from wrong numbers. */
function refuseBroken({ features, medians, means, scales, coefficients, intercept }: ServableModel): void {
  const lists = [medians, means, scales, coefficients]
  if (lists.some((list) => list.length !== features.length))
    throw new Error('a model for MLflow has lists of different lengths')
  if (![intercept, ...lists.flat()].every(Number.isFinite))
    throw new Error('a model for MLflow has a number that is not finite')
}
