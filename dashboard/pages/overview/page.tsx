/** In five seconds: whether all is well. */
import { useSharedWords } from '../../preferences.tsx'

export default function OverviewPage() {
  const say = useSharedWords()
  return <h1>{say('nav.overview')}</h1>
}
